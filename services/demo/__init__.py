"""The demo county: a made-up county of the users' size on the real outline of Xilin (示意)."""
