"""Everything `benchmarks.fanout` measures with: the machine, the servers in turn, the generator and the table.

`generator.c` and its headers hold the clients and the posters, `loop.c` a bare loop that can run twice at once; the
peers' servers live in a folder of their own, outside this project.
"""
