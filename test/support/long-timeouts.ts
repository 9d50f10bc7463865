/** Real servers on a busy machine: a test that waits states its own, shorter limit to `eventually`. */
jest.setTimeout(60_000);
