"""The printout of what is held about a person 本人信息打印件."""
