import type { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { getPortalApi } from "../../../../server/api/portal-api-slot.ts";

async function answer(
  request: NextRequest,
  context: { readonly params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  return NextAuth(request, context, getPortalApi().browserAuthOptions(request.headers));
}

export { answer as GET, answer as POST };
