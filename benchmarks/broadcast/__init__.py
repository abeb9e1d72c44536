"""Everything `benchmarks.fanout` measures with: the machine, the servers in turn, the generator and the table.

`generator.c` holds the clients and posts; the peers' servers live in a folder of their own, outside this project.
"""
