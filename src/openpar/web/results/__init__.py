"""Published results: rankings, fields, lost points, one unit's explanation, and the files made of them."""
