"""The gradebook's pages."""
