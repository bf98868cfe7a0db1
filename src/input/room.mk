# Sources and tests of src/input.
liblogtally_a_SOURCES +=

