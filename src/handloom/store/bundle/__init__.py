"""A whole project as one file: written, looked at, brought into another workspace, united with another of its kind.

plan        which tables there are, which rows of them are a project's, and which columns number what
container   the file: members, manifest, digests; everything that a damaged or hostile one can get wrong
writing     a project -> pieces of a file
checking    every row of a file looked at before anything is stored
numbers     numbers of the file -> numbers of this workspace
arriving    a project that nobody sees before all its rows are there
reading     a file -> rows of this workspace, in short pieces
uniting     two files of one project -> a third
"""
