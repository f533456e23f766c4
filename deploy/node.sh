#!/bin/sh
# Sluice's command in a container. Java takes the place of this shell: it gets the signals. Others reach the node where it is.
set -eu
export SLUICE_CLUSTER_HOST="${SLUICE_CLUSTER_HOST:-$(hostname -i | cut -d ' ' -f 1)}"
# shellcheck disable=SC2086
exec java @/sluice/conf/jvm.options ${SLUICE_JAVA_OPTS:-} -cp "/sluice/lib/*:/sluice/plugins/*" dev.sluice.engine.Main "$@"
