"""The phone page 巡查端: static HTML, CSS and ES modules over the API; no framework, no build."""
