#!/bin/sh
# Two servers on one PostgreSQL database, uneven load, one server killed, one paused, the database away for a minute. Prints the
# sums before and after, and fails when they do not agree to the nano. Takes about four minutes; QUICK=1 takes half of one.
# Needs the binaries of PostgreSQL on this machine.
set -eu
cd "$(dirname "$0")/.."
export BuildConsole=false
[ "${QUICK:-}" = 1 ] || export PATCHBAY_FULL=1
dotnet build src/Patchbay.Server -v q -clp:NoSummary
dotnet build tests/Patchbay.EndToEnd.Tests -v q -clp:NoSummary
exec artifacts/bin/Patchbay.EndToEnd.Tests/debug/Patchbay.EndToEnd.Tests -class Patchbay.EndToEnd.Tests.ReplicaStory -showLiveOutput
