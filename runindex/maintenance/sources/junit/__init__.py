"""Reports as JUnit and many test runners write them: XML with suites of cases."""
