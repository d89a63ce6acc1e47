"""How fast the readable code is, as ratios against what a reader would use instead."""
