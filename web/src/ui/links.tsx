/** Mantine's looks with the router's knowledge of where a link may lead. */

import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
} from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Html = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "color" | "style"> & {
  ref?: Ref<HTMLAnchorElement>;
};

function PlainAnchor(props: Omit<AnchorProps, "href"> & Html) {
  return <Anchor {...props} />;
}

function PlainButton(props: ButtonProps & Html) {
  return <Button component="a" {...props} />;
}

function PlainNavLink(props: NavLinkProps & Html) {
  return <NavLink {...props} />;
}

export const LinkTo = createLink(PlainAnchor);
export const ButtonTo = createLink(PlainButton);
export const NavTo = createLink(PlainNavLink);
