// An article written for this page, with something for every category.

export const SAMPLE = {
  title: "Harbour Towns Agree on Landmark Fishing Pact After Tense Talks",
  published: "2025-03-11",
  text: `3 minutes read

The coastal towns of Marrow Bay and Tolland have reportedly agreed on a fishing pact that could reshape the local economy. The talks, described by people familiar with the matter as constructive, were held behind closed doors this week. Observers note that the agreement marks a pivotal moment for the region.

According to officials, the pact covers more than 40 boats and could create hundreds of jobs. Sources say that a second phase is already planned. Critics argue that small crews have been left out, and several residents are said to be considering legal action.

"We read the draft on 4 March and asked for three changes," said Elin Corrigan, secretary of the Tolland Fishers' Union, at a press conference on Monday. The union published its letter to the council the same day. Two of the changes were accepted, according to the minutes of the council meeting of 6 March.

It is important to note that the long-term implications remain to be seen. The agreement underscores the delicate balance between economic growth and sustainability, highlighting the need for continued dialogue. Experts believe that the se​cond quarter will be decisive.

In conclusion, the pact represents a significant step forward for both towns. As the situation continues to evolve, all eyes will be on the harbour in the coming weeks.

Share this article: Facebook | Twitter | WhatsApp
Subscribe to our newsletter`,
};
