"""The data of the experiments: generated, bundled, or fetched where a reader asks for them."""
