package dev.sluice.gateway;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs tokens, well and badly. */
final class Issuer {

    private final String kid;
    private final KeyPair keys;

    Issuer(String kid) throws GeneralSecurityException {
        this.kid = kid;
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2_048);
        this.keys = generator.generateKeyPair();
    }

    /** For the client, for {@code sluice}, by {@code https://issuer}, for another minute. */
    static JsonObject claims(String client) {
        return new JsonObject().put("sub", client).put("iss", "https://issuer").put("aud", "sluice")
                .put("exp", System.currentTimeMillis() / 1000 + 60);
    }

    static String keySet(Issuer... issuers) {
        JsonArray keys = new JsonArray();
        Arrays.stream(issuers).forEach(issuer -> keys.add(issuer.jwk()));
        return new JsonObject().put("keys", keys).encode();
    }

    JsonObject jwk() {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        return new JsonObject().put("kty", "RSA").put("kid", kid).put("use", "sig").put("alg", "RS256")
                .put("n", text(unsigned(key.getModulus()))).put("e", text(unsigned(key.getPublicExponent())));
    }

    String token(JsonObject claims) throws GeneralSecurityException {
        String signed = start("RS256", claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + '.' + text(signature.sign());
    }

    String unsigned(JsonObject claims) {
        return start("none", claims) + '.';
    }

    /** With what everybody knows, or with a shared secret. */
    String signedWithSecret(JsonObject claims, byte[] secret) throws GeneralSecurityException {
        String signed = start("HS256", claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret, "HmacSHA256"));
        return signed + '.' + text(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
    }

    byte[] publicKey() {
        return keys.getPublic().getEncoded();
    }

    private String start(String algorithm, JsonObject claims) {
        return text(new JsonObject().put("alg", algorithm).put("typ", "JWT").put("kid", kid).encode().getBytes(StandardCharsets.UTF_8))
                + '.' + text(claims.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
