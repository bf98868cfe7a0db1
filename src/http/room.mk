# Sources and tests of src/http.
liblogtally_a_SOURCES +=

