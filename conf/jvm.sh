# Beside jvm.options: what the JVM of a node is given by its version. Read by ./sluice and by the container's command.
# shellcheck shell=sh

# java_version FOLDER: the major version of the Java there, from its release file; nothing when there is none.
java_version() {
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null || true
}

# jvm_flags VERSION
jvm_flags() {
  if [ "${1:-0}" -ge 24 ]; then printf '%s\n' --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow; fi
  if [ "${1:-0}" -ge 25 ]; then printf '%s\n' -XX:+UseCompactObjectHeaders; fi
}
