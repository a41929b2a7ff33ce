"""What public sources say about TWS, one small script a fact; `test_conformance` runs the table."""
