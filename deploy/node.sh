#!/bin/sh
# Sluice's command in a container. Java takes the place of this shell: it gets the signals. Others reach the node where it is.
set -eu
home=${SLUICE_HOME:-/sluice}
# shellcheck source=conf/jvm.sh
. "$home/conf/jvm.sh"
version=$(java_version "$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")")
export SLUICE_CLUSTER_HOST="${SLUICE_CLUSTER_HOST:-$(hostname -i | cut -d ' ' -f 1)}"
# shellcheck disable=SC2046,SC2086
exec java $(jvm_flags "$version") "@$home/conf/jvm.options" ${SLUICE_JAVA_OPTS:-} -cp "$home/lib/*:$home/plugins/*" dev.sluice.engine.Main "$@"
