"""mixi's Graph API as it was from 2010 on: both spec generations, with the pages around it.

What is said here about mixi is from the dossier's section on it; where the sources leave a choice
open, the docstring of the function says which way was taken.
"""
