package dev.sluice.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;

import java.io.IOException;
import java.util.Arrays;

/**
 * Reads many small JSON documents, one after the other, with one parser: to make one for each costs more memory than all
 * that is read from it. For the ordinary case only: an object in UTF-8. What it refuses may still be JSON; a parser of its
 * own tells, and tells better what is wrong. One thread.
 */
public final class JsonDocuments {

    /** The parser keeps every field name that it has seen; after so many bytes it is replaced. */
    private static final long RENEWED_AFTER_BYTES = 1 << 20;
    private static final JsonFactory JSON = new JsonFactory();
    private static final ThreadLocal<JsonDocuments> OF_THREAD = ThreadLocal.withInitial(JsonDocuments::new);

    private JsonParser parser;
    private byte[] document;
    /** What the parser had been given before this document. */
    private long before;

    private JsonDocuments() {
    }

    /** What is done with the document's tokens: the parser stands at START_OBJECT, and has to be left at its END_OBJECT. */
    @FunctionalInterface
    public interface Reader<T> {
        T read(JsonParser parser, JsonDocuments place) throws IOException;
    }

    /**
     * This thread's parser over a document.
     *
     * @return what the reader returns; null for all that is not one object and nothing else
     */
    public static <T> T read(byte[] document, Reader<T> reader) {
        JsonDocuments documents = OF_THREAD.get();
        T result = null;
        try {
            result = documents.readOne(document, reader);
        } catch (IOException notOrdinary) {
            return null; // the caller's other parser finds it, too, and where it is
        } finally {
            documents.document = null;
            if (result == null) {
                documents.parser = null;
            }
        }
        return result;
    }

    private <T> T readOne(byte[] bytes, Reader<T> reader) throws IOException {
        if (parser == null || before > RENEWED_AFTER_BYTES) {
            parser = JSON.createNonBlockingByteArrayParser();
            before = 0;
        }
        document = bytes;
        ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(bytes, 0, bytes.length);
        T result = parser.nextToken() == JsonToken.START_OBJECT ? reader.read(parser, this) : null;
        boolean whole = result != null && parser.currentToken() == JsonToken.END_OBJECT
                && parser.getParsingContext().inRoot() && parser.nextToken() == JsonToken.NOT_AVAILABLE;
        before += bytes.length;
        return whole ? result : null;
    }

    /**
     * The bytes of the value whose first token has just been read; afterwards the parser stands at its last.
     *
     * @return null for a text, a number or a word: the parser has read on, and does not tell where it began
     */
    public byte[] structure() throws IOException {
        if (!parser.currentToken().isStructStart()) {
            return null;
        }
        int from = place() - 1;
        parser.skipChildren();
        return Arrays.copyOfRange(document, from, place());
    }

    private int place() {
        return (int) (parser.currentLocation().getByteOffset() - before);
    }
}
