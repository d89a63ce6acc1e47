"""What the movable figures compute, told once more by the package: their data, and what they must show."""
