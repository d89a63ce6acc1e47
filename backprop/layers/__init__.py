"""Everything that maps a batch forward and an error backward, and where its weights start."""
