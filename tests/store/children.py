"""Child processes for tests of many starters: forked from a clean server that has the heavy imports ready."""

import multiprocessing

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["kinoloop.store.breaker", "kinoloop.store.migrate"])
