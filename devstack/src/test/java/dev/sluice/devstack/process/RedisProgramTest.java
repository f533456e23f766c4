package dev.sluice.devstack.process;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RedisProgramTest {

    @Test
    void shouldTakeOnlyWhatIsNewEnough() {
        assertThat(RedisProgram.isNewEnough("Redis server v=7.2.0 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64")).isTrue();
        assertThat(RedisProgram.isNewEnough("Valkey server v=8.0.1 sha=00000000:0")).isTrue();
        assertThat(RedisProgram.isNewEnough("Redis server v=7.0.15 sha=00000000:0")).isFalse();
        assertThat(RedisProgram.isNewEnough("Redis server v=6.2.6 sha=00000000:0")).isFalse();
        assertThat(RedisProgram.isNewEnough("")).isFalse();
    }
}
