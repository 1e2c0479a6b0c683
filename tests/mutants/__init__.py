"""Mutation tests: change the code in one place, and see whether a test that runs this place fails.

    python -m tests.mutants                       200 mutants of each package, about 10 minutes each
    python -m tests.mutants delivery --seed 7     another sample of one package
    python -m tests.mutants linking --sample 50

It names the survivors: the file and line, what stood there, what stood there instead. A survivor is
a test that is missing, or code that is not needed, or (about one in three) a change that changes nothing.

The operators are mutmut's. Its runner was tried by reading and left: it passes over every decorated
function (here all that is `@transaction.atomic`) and knows no database for each child. cosmic-ray's
starts a new Python for each mutant, which costs 5 seconds here where a fork costs 0.1, and brings 22
packages. So `sampling` makes mutants, `covering` learns which tests run which lines, and `running` runs
them in forks of one process that has collected the tests and migrated a SQLite file.
"""
