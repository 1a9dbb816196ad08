import type { RefAttributes } from "react";
import { Button as AriaButton, type ButtonProps } from "react-aria-components/Button";

type Props = ButtonProps &
  RefAttributes<HTMLButtonElement> & { readonly tone?: "plain" | "primary" | "danger" | "quiet"; readonly title?: string };

/** A button. */
export function Button({ tone = "plain", className, ...props }: Props) {
  return <AriaButton {...props} className={`button ${tone} ${typeof className === "string" ? className : ""}`} />;
}
