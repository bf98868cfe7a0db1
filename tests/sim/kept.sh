#!/bin/sh
# Runs every kept story (tests/stories). Last line: N passed, N failed.
exec tests/sim/sim "${srcdir:-../..}"/tests/stories/*.story
