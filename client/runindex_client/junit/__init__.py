"""Reports of tests in JUnit's XML."""
