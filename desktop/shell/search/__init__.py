"""The one search box: citizens and cases, pending work included."""
