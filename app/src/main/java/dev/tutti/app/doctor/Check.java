package dev.tutti.app.doctor;

/**
 * One line of {@code tutti doctor}.
 *
 * @param verdict how it looks
 * @param what was checked
 * @param found what was found
 * @param advice what to do; empty where there is nothing to do
 */
public record Check(Verdict verdict, String what, String found, String advice) {
    /** How it looks. */
    public enum Verdict {
        /** As it should be. */
        OK,
        /** It works, but could be better. */
        WARN,
        /** It does not work. */
        FAIL
    }

    static Check ok(String what, String found) {
        return new Check(Verdict.OK, what, found, "");
    }

    static Check warn(String what, String found, String advice) {
        return new Check(Verdict.WARN, what, found, advice);
    }

    static Check fail(String what, String found, String advice) {
        return new Check(Verdict.FAIL, what, found, advice);
    }
}
