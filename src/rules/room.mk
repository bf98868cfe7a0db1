# Sources and tests of src/rules.
liblogtally_a_SOURCES +=

