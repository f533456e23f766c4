package dev.sluice.failure;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * An error as data, so that it can cross the bus and be classified anywhere.
 *
 * @param types      class names: of the exception, its superclasses, then those of each cause, nearest first
 * @param sqlState   five characters; null when PostgreSQL did not say it
 * @param httpStatus 0 when no HTTP target said it
 * @param message    1 KiB at most
 * @param stack      16 KiB at most
 */
public record ErrorInfo(List<String> types, String sqlState, int httpStatus, String message, String stack) {

    private static final int MESSAGE_LIMIT = 1024;
    private static final int STACK_LIMIT = 16 * 1024;
    private static final int CAUSE_LIMIT = 16;

    public ErrorInfo {
        types = List.copyOf(types);
        message = head(message == null ? "" : message, MESSAGE_LIMIT);
        stack = head(stack == null ? "" : stack, STACK_LIMIT);
    }

    /** An error that no exception stands for. @param type a class name that rules can name */
    public static ErrorInfo of(Class<?> type, String message) {
        return new ErrorInfo(List.of(type.getName()), null, 0, message, "");
    }

    public static ErrorInfo of(Throwable error) {
        List<String> types = new ArrayList<>();
        String sqlState = null;
        int httpStatus = 0;
        Throwable cause = error;
        for (int depth = 0; cause != null && depth < CAUSE_LIMIT; cause = cause.getCause(), depth++) {
            for (Class<?> type = cause.getClass(); type != Object.class; type = type.getSuperclass()) {
                if (!types.contains(type.getName())) {
                    types.add(type.getName());
                }
            }
            if (sqlState == null && cause instanceof io.vertx.sqlclient.DatabaseException database) {
                sqlState = database.getSqlState();
            }
            if (httpStatus == 0 && cause instanceof HttpStatusFailure http) {
                httpStatus = http.status();
            }
        }
        StringWriter stack = new StringWriter();
        error.printStackTrace(new PrintWriter(stack));
        String message = error.getMessage();
        return new ErrorInfo(types, sqlState, httpStatus, message == null ? error.getClass().getName() : message,
                stack.toString());
    }

    /** Cuts at a limit in bytes of UTF-8, never inside a character. */
    private static String head(String text, int limit) {
        int bytes = 0;
        int i = 0;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (bytes > limit) {
                return text.substring(0, i);
            }
            i += Character.charCount(point);
        }
        return text;
    }
}
