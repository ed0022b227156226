"""The gradebook: the marks of a class's copies side by side, with averages; and a pupil's own marks."""
