"""What the library says of its public resources to machines: pages' own data, an interface, harvesting, a sitemap."""
