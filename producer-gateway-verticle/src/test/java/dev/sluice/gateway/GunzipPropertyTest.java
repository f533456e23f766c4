package dev.sluice.gateway;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import static org.assertj.core.api.Assertions.assertThat;

/** However a gzip is cut into chunks, its text is the same; whatever is no gzip is said to be none. */
class GunzipPropertyTest {

    @Property(tries = 1_000)
    void shouldUnpackAnyChunksOfAnyMembers(@ForAll @Size(min = 1, max = 3) List<byte[]> members, @ForAll("cuts") List<Integer> cuts)
            throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        for (byte[] member : members) {
            try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(member);
            }
            plain.write(member);
        }
        try (Gunzip gunzip = new Gunzip()) {
            assertThat(unpack(gunzip, packed.toByteArray(), cuts)).isEqualTo(plain.toByteArray());
            assertThat(gunzip.isComplete()).isTrue();
        }
    }

    @Property(tries = 2_000)
    void shouldRefuseOrUnpackAnyBytes(@ForAll byte[] bytes, @ForAll("cuts") List<Integer> cuts, @ForAll boolean likeGzip) {
        byte[] fed = bytes.clone();
        if (likeGzip && fed.length > 2) {
            fed[0] = 0x1F;
            fed[1] = (byte) 0x8B;
            fed[2] = 8;
        }
        try (Gunzip gunzip = new Gunzip()) {
            unpack(gunzip, fed, cuts);
        } catch (IOException refused) {
            assertThat(refused).hasMessageContaining("gzip");
        }
    }

    private static byte[] unpack(Gunzip gunzip, byte[] packed, List<Integer> cuts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        for (int i = 0; from < packed.length; i++) {
            int to = Math.min(packed.length, from + (i < cuts.size() ? cuts.get(i) : packed.length));
            gunzip.feed(Arrays.copyOfRange(packed, from, to));
            for (byte[] piece = gunzip.next(); piece != null; piece = gunzip.next()) {
                out.write(piece);
            }
            from = to;
        }
        return out.toByteArray();
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.integers().between(0, 20).list().ofMaxSize(40);
    }
}
