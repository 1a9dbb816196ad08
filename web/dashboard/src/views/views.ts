import { graphql } from "react-relay";

/** The views that the index keeps, and the default one. */
export const viewsQuery = graphql`
  query viewsQuery {
    views(first: 200) {
      nodes {
        id
        name
        filter
        orderBy
        isDefault
        columns {
          name
          width
        }
      }
    }
  }
`;
