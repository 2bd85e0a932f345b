export type ServiceErrorCode = "usage" | "service_not_found" | "company_unknown" | "sweep_busy";

/** Why a command of the provider's, on the service's own machine, cannot go on; the message says what to do. */
export class ServiceError extends Error {
  readonly code: ServiceErrorCode;
  readonly retryable: boolean;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ServiceError";
    this.code = code;
    this.retryable = code === "sweep_busy";
  }
}
