"""The gradebook: marks of a class over a school year, averages, skills, statistics, files."""
