/** Of this program, as package.json has it; told to the server with every control call. */
export const agentVersion = "0.1.0";
