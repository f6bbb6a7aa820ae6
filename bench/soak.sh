#!/bin/sh
# Two hours of mixed faults at 150 requests a second (M-26): prints a line every two minutes, at the end the growth of memory,
# handles and sockets and whether the sums agree, and fails when memory grows by a megabyte a minute or anything stays held.
# Usage: bench/soak.sh [SECONDS [REQUESTS_A_SECOND]]
set -eu
cd "$(dirname "$0")/.."
export BuildConsole=false PATCHBAY_SOAK_SECONDS="${1:-7200}" PATCHBAY_SOAK_RATE="${2:-150}"
dotnet build src/Patchbay.Server -v q -clp:NoSummary
dotnet build tests/Patchbay.EndToEnd.Tests -v q -clp:NoSummary
exec artifacts/bin/Patchbay.EndToEnd.Tests/debug/Patchbay.EndToEnd.Tests -class Patchbay.EndToEnd.Tests.SoakTests -showLiveOutput
