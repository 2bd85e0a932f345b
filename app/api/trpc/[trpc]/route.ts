import { getPortalApi } from "../../../../server/api/portal-api-slot.ts";

function answer(request: Request): Promise<Response> {
  return getPortalApi().answer(request);
}

export { answer as GET, answer as POST };
