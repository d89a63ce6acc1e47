"""Everything that decides how weights change: losses, rules, loops, and checks of the gradients."""
