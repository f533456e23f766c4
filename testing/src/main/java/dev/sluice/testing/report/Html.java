package dev.sluice.testing.report;

/** Text that is safe inside HTML. */
final class Html {

    private Html() {
    }

    static String text(String any) {
        return any.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
