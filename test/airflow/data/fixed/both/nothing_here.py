"""No DAG in this file: that is no error."""
