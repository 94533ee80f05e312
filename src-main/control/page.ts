/** The served page, with its session. The token is base64url, so nothing in it can end the attribute. */
export function withSession(html: string, session: string): string {
  const meta = `<meta name="desk-session" content="${session}">`;
  return html.replace(/<head[^>]*>/i, (head) => `${head}${meta}`);
}
