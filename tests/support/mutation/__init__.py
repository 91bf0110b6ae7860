"""Mutation tests of the rules: plants one small fault at a time and runs the tests of the rules.

`python3 go.py mutate` plants small faults (mutants: `<` becomes `<=`, an argument is dropped, a
number is one higher) into every function of the rules, one at a time, and runs the tests of
`tests/rules` that reach the function. A mutant that no test kills is a gap in the tests, or it is
equivalent: it changes nothing that can be observed. `tests/rules/equivalent_mutants.toml` lists the
equivalent ones with their reasons.

mutmut makes the mutants. Its own runner starts pytest for each of thousands of mutants; `plugin`
collects the tests once and forks for each mutant. Caches are emptied before, because a test that is
answered from a cache kills nothing.
Properties are mutated too; constants of modules, docstrings, annotations and the texts of errors
that only a programmer sees are not.
"""
