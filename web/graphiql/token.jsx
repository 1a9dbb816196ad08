const KEPT = "runindex.token";

// Kept for this tab only: other tabs and later ones do not see it, and no cookie carries it.
const token = sessionStorage.getItem(KEPT) ?? "";

export const authorization = token ? { Authorization: `Bearer ${token}` } : {};

// A page that opens anew asks for the schema, and opens its socket, as the new caller.
function keep(event) {
  event.preventDefault();
  sessionStorage.setItem(KEPT, new FormData(event.target).get("token").trim());
  location.reload();
}

export function TokenField() {
  return (
    <form className="token" onSubmit={keep}>
      <input name="token" type="password" defaultValue={token} placeholder="token" aria-label="token" autoComplete="off" />
      <button type="submit">Use</button>
    </form>
  );
}
