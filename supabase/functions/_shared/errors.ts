/** An answer other than success, as callers see it. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string | undefined;
  readonly headers: Record<string, string>;
  /** Stands beside `error` in the body. */
  readonly extra: Record<string, unknown>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      hint?: string;
      headers?: Record<string, string>;
      extra?: Record<string, unknown>;
    } = {},
  ) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
    this.hint = more.hint;
    this.headers = more.headers ?? {};
    this.extra = more.extra ?? {};
  }
}

export interface ErrorBody {
  success: false;
  error: { code: string; message: string; hint?: string; requestId: string };
}

/** The one shape of every error; nothing of an unexpected one leaves the function. */
export function errorBody(error: unknown, requestId: string): ErrorBody {
  if (!(error instanceof HttpError)) {
    return {
      success: false,
      error: { code: "INTERNAL", message: "Something went wrong", requestId },
    };
  }
  const { code, message, hint, extra } = error;
  return {
    ...extra,
    success: false,
    error: { code, message, ...(hint ? { hint } : {}), requestId },
  };
}
