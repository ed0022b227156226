"""What `./candyce` runs: setting up, building, serving, testing. Modules named here import nothing of Django."""
